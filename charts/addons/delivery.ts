import { stringify } from 'yaml';
import { APPLICATION_HEALTH, CROSSPLANE_HEALTH, RBAC_POLICY, RESOURCE_EXCLUSIONS } from '../argocd/health.ts';
import type { Cluster } from '../cluster.ts';
import type { HelmComponent } from '../component.ts';
import { GROUP } from '../infrastructure/composition.ts';
import { NAMESPACES } from '../names.ts';
import { addon, resources } from './addon.ts';

/** Argo CD, which manages itself, and Argo Workflows, which runs the runbooks. */
export function delivery(cluster: Cluster): HelmComponent[] {
  return [argoCd(cluster), argoWorkflows()];
}

function argoCd({ platform, cloud }: Cluster): HelmComponent {
  return addon({
    name: 'argo-cd',
    namespace: NAMESPACES.argocd,
    wave: 'delivery',
    values: {
      crds: { install: true, keep: true },
      global: { domain: `argocd-${cloud}-${platform.name}.${platform.traffic.zone}`, networkPolicy: { create: false } },
      configs: {
        cm: {
          'application.resourceTrackingMethod': 'annotation',
          'admin.enabled': false,
          'exec.enabled': false,
          'timeout.reconciliation': '60s',
          'timeout.reconciliation.jitter': '15s',
          'resource.exclusions': stringify(RESOURCE_EXCLUSIONS, { lineWidth: 0 }),
          // Wildcards are read in this key alone; of two that match one kind, Argo CD picks either.
          'resource.customizations': stringify(
            {
              'argoproj.io/Application': { 'health.lua': APPLICATION_HEALTH },
              '*.upbound.io/*': { 'health.lua': CROSSPLANE_HEALTH },
              '*.crossplane.io/*': { 'health.lua': CROSSPLANE_HEALTH },
              [`${GROUP}/*`]: { 'health.lua': CROSSPLANE_HEALTH },
            },
            { lineWidth: 0, aliasDuplicateObjects: false },
          ),
        },
        params: { 'server.insecure': false, 'controller.diff.server.side': true, 'applicationsetcontroller.policy': 'create-update' },
        rbac: { 'policy.default': '', 'policy.csv': RBAC_POLICY, scopes: '[groups]' },
        // Argo CD's access to the repository is an ExternalSecret; the chart writes no secret.
        secret: { createSecret: true },
      },
      'redis-ha': { enabled: true },
      controller: {
        replicas: 1,
        resources: resources('500m', '2Gi'),
        env: [{ name: 'ARGOCD_K8S_CLIENT_QPS', value: '300' }],
        metrics: { enabled: true, serviceMonitor: { enabled: true } },
      },
      server: {
        replicas: 2,
        resources: resources('100m', '256Mi'),
        pdb: { enabled: true, maxUnavailable: '1' },
        metrics: { enabled: true, serviceMonitor: { enabled: true } },
      },
      repoServer: {
        replicas: 2,
        resources: resources('250m', '512Mi'),
        pdb: { enabled: true, maxUnavailable: '1' },
        metrics: { enabled: true, serviceMonitor: { enabled: true } },
      },
      applicationSet: { replicas: 1, resources: resources('50m', '128Mi') },
      dex: { enabled: false },
      notifications: { enabled: false },
    },
  });
}

/** What the chart leaves out of the `restricted` Pod Security Standard. */
const SECCOMP = { seccompProfile: { type: 'RuntimeDefault' } };

function argoWorkflows(): HelmComponent {
  return addon({
    name: 'argo-workflows',
    namespace: NAMESPACES.workflows,
    values: {
      // The full definitions are a hook job of 12 MB; the minimal ones come with the chart body.
      crds: { install: true, keep: true, full: false },
      workflow: { serviceAccount: { create: false }, rbac: { create: false } },
      controller: {
        replicas: 2,
        podSecurityContext: SECCOMP,
        workflowNamespaces: [NAMESPACES.runbooks],
        // A Workflow may only be a reference to a template: creating one is not running anything.
        workflowRestrictions: { templateReferencing: 'Strict' },
        clusterWorkflowTemplates: { enabled: false },
        resources: resources('100m', '256Mi'),
        pdb: { enabled: true, minAvailable: 1 },
        metricsConfig: { enabled: true },
        serviceMonitor: { enabled: true },
      },
      // No archive and no artifact store: nothing here depends on what may be lost.
      server: {
        replicas: 2,
        podSecurityContext: SECCOMP,
        secure: true,
        authModes: ['client'],
        resources: resources('50m', '128Mi'),
        pdb: { enabled: true, minAvailable: 1 },
        clusterWorkflowTemplates: { enabled: false },
      },
    },
  });
}
