import type { Chart } from 'cdk8s';
import type { Cluster } from '../cluster.ts';
import { customResource } from '../custom-resource.ts';
import { NAMESPACES } from '../names.ts';
import { originName } from './origin.ts';

const namespace = NAMESPACES.application;
const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const GKE_API = 'networking.gke.io/v1';

/** The global external load balancer: HTTPS, 80 redirects, and Cloud Armor admits Cloudflare alone. */
export function gateway(scope: Chart, cluster: Cluster): void {
  const { traffic, gcp } = cluster.platform;
  customResource(scope, {
    apiVersion: GATEWAY_API,
    kind: 'Gateway',
    name: 'crm',
    namespace,
    annotations: { 'networking.gke.io/certmap': gcp.gateway.certificateMap },
    spec: {
      gatewayClassName: 'gke-l7-global-external-managed',
      addresses: [{ type: 'NamedAddress', value: gcp.gateway.address }],
      listeners: [
        { name: 'http', protocol: 'HTTP', port: 80, allowedRoutes: { namespaces: { from: 'Same' } } },
        { name: 'https', protocol: 'HTTPS', port: 443, allowedRoutes: { namespaces: { from: 'Same' } } },
      ],
    },
  });
  route(scope, 'crm', 'https', traffic.hostname, { 'external-dns.alpha.kubernetes.io/hostname': originName(cluster) }, [
    { backendRefs: [{ name: 'crm', port: 80 }] },
  ]);
  route(scope, 'crm-redirect', 'http', traffic.hostname, {}, [
    { filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] },
  ]);
  policies(scope, cluster);
}

function route(scope: Chart, name: string, listener: string, hostname: string, annotations: Record<string, string>, rules: object[]): void {
  customResource(scope, {
    apiVersion: GATEWAY_API,
    kind: 'HTTPRoute',
    name,
    namespace,
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    spec: { parentRefs: [{ name: 'crm', sectionName: listener }], hostnames: [hostname], rules },
  });
}

function policies(scope: Chart, cluster: Cluster): void {
  const { application, traffic, gcp } = cluster.platform;
  const service = { group: '', kind: 'Service', name: 'crm' };
  const checkInterval = Math.max(5, Math.ceil(traffic.monitor.timeout));
  customResource(scope, {
    apiVersion: GKE_API,
    kind: 'HealthCheckPolicy',
    name: 'crm',
    namespace,
    spec: {
      targetRef: service,
      default: {
        checkIntervalSec: checkInterval,
        timeoutSec: 3,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        config: { type: 'HTTP', httpHealthCheck: { portSpecification: 'USE_SERVING_PORT', requestPath: application.readinessPath } },
      },
    },
  });
  customResource(scope, {
    apiVersion: GKE_API,
    kind: 'GCPBackendPolicy',
    name: 'crm',
    namespace,
    spec: {
      targetRef: service,
      default: {
        securityPolicy: gcp.gateway.securityPolicy,
        connectionDraining: { drainingTimeoutSec: Math.ceil(application.drain) },
        logging: { enabled: true },
      },
    },
  });
}
