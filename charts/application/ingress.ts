import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Cluster } from '../cluster.ts';
import { named } from '../infrastructure/names.ts';
import { NAMESPACES } from '../names.ts';
import { originName } from './origin.ts';

const PREFIX = 'alb.ingress.kubernetes.io/';

/** The Application Load Balancer: HTTPS alone, from Cloudflare alone. */
export function ingress(scope: Chart, cluster: Cluster): void {
  const { traffic, application, aws } = cluster.platform;
  const { monitor } = traffic;
  const settings: Record<string, string> = {
    scheme: 'internet-facing',
    'target-type': 'ip',
    'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
    'ssl-redirect': '443',
    'ssl-policy': 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    'certificate-arn': aws.ingress.certificateArn,
    ...(traffic.originPulls
      ? { 'mutual-authentication': JSON.stringify([{ port: 443, mode: 'verify', trustStore: aws.ingress.trustStoreArn }]) }
      : {}),
    // By name: the group, its rules and the one that opens the pods are Crossplane's.
    'security-groups': named(cluster, 'alb'),
    'manage-backend-security-group-rules': 'false',
    'healthcheck-path': application.readinessPath,
    'healthcheck-interval-seconds': String(Math.max(5, monitor.timeout)),
    'healthcheck-timeout-seconds': '3',
    'healthy-threshold-count': '2',
    'unhealthy-threshold-count': '2',
    'target-group-attributes': `deregistration_delay.timeout_seconds=${Math.ceil(application.drain)}`,
    'load-balancer-attributes': 'routing.http.drop_invalid_header_fields.enabled=true,deletion_protection.enabled=true',
  };
  new k8s.KubeIngress(scope, 'ingress', {
    metadata: {
      name: 'crm',
      namespace: NAMESPACES.application,
      annotations: {
        ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [PREFIX + key, value])),
        'external-dns.alpha.kubernetes.io/hostname': originName(cluster),
      },
    },
    spec: {
      ingressClassName: 'alb',
      rules: [
        {
          host: traffic.hostname,
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'crm', port: { name: 'http' } } } }] },
        },
      ],
    },
  });
}
