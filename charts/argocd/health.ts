import { WRITER_RECORD } from '../names.ts';

/** Argo CD dropped this in 1.8; without it a wave of Applications does not wait for the one before. */
export const APPLICATION_HEALTH = `hs = { status = "Progressing", message = "waiting for the Application to be assessed" }
if obj.status ~= nil and obj.status.health ~= nil then
  hs.status = obj.status.health.status
  if obj.status.health.message ~= nil then
    hs.message = obj.status.health.message
  end
end
return hs
`;

/** Kinds of Crossplane that report no status at all. */
const WITHOUT_STATUS = [
  'ClusterProviderConfig',
  'ProviderConfig',
  'Composition',
  'CompositionRevision',
  'DeploymentRuntimeConfig',
  'EnvironmentConfig',
  'ImageConfig',
];

/**
 * Health of Crossplane's own kinds and of managed resources. The check that Argo CD ships calls a managed
 * resource without status healthy, so that a wave would pass before its provider runs.
 */
export const CROSSPLANE_HEALTH = `local without_status = { ${WITHOUT_STATUS.map((kind) => `${kind} = true`).join(', ')} }
if without_status[obj.kind] then
  return { status = "Healthy", message = "has no status" }
end
if obj.status == nil or next(obj.status) == nil or obj.status.conditions == nil then
  return { status = "Progressing", message = "waiting for its controller" }
end
local ready, waiting = false, nil
for _, condition in ipairs(obj.status.conditions) do
  local bad = condition.status == "False"
  if bad and condition.reason == "InactiveManagedResource" then
    return { status = "Healthy", message = "definition is not activated" }
  end
  if bad and (condition.type == "Synced" or condition.type == "LastAsyncOperation" or condition.type == "Installed") then
    return { status = "Degraded", message = condition.message or condition.type .. " is False" }
  end
  if condition.type == "Ready" or condition.type == "Healthy" or condition.type == "Established" or condition.type == "Offered" then
    if condition.status == "True" then ready = true else waiting = condition.message or condition.type end
  end
end
if ready and waiting == nil then
  return { status = "Healthy", message = "ready" }
end
return { status = "Progressing", message = waiting or "not ready yet" }
`;

/** What Argo CD 3 excludes by default (a setting of our own replaces its list), and Crossplane's usage records. */
export const RESOURCE_EXCLUSIONS = [
  { apiGroups: ['', 'discovery.k8s.io'], kinds: ['Endpoints', 'EndpointSlice'] },
  { apiGroups: ['coordination.k8s.io'], kinds: ['Lease'] },
  {
    apiGroups: ['authentication.k8s.io', 'authorization.k8s.io'],
    kinds: [
      'SelfSubjectReview',
      'TokenReview',
      'LocalSubjectAccessReview',
      'SelfSubjectAccessReview',
      'SelfSubjectRulesReview',
      'SubjectAccessReview',
    ],
  },
  { apiGroups: ['certificates.k8s.io'], kinds: ['CertificateSigningRequest'] },
  { apiGroups: ['cert-manager.io'], kinds: ['CertificateRequest'] },
  { apiGroups: ['cilium.io'], kinds: ['CiliumIdentity', 'CiliumEndpoint', 'CiliumEndpointSlice'] },
  {
    apiGroups: ['kyverno.io', 'reports.kyverno.io', 'wgpolicyk8s.io'],
    kinds: [
      'PolicyReport',
      'ClusterPolicyReport',
      'EphemeralReport',
      'ClusterEphemeralReport',
      'AdmissionReport',
      'ClusterAdmissionReport',
      'BackgroundScanReport',
      'ClusterBackgroundScanReport',
      'UpdateRequest',
    ],
  },
  { apiGroups: ['*'], kinds: ['ProviderConfigUsage', 'ClusterProviderConfigUsage'] },
] as const;

/**
 * Who may do what in Argo CD. Nobody starts a Workflow from its user interface: a failover takes parameters
 * and approvals. Nobody edits the writer record there.
 */
export const RBAC_POLICY = `p, role:operator, applications, get, */*, allow
p, role:operator, applications, sync, */*, allow
p, role:operator, logs, get, */*, allow
p, role:operator, applications, action/apps/Deployment/restart, */*, allow
p, role:operator, applications, action/argoproj.io/WorkflowTemplate/create-workflow, */*, deny
p, role:operator, applications, action/argoproj.io/CronWorkflow/create-workflow, */*, deny
p, role:operator, applications, update/*/ConfigMap/*/${WRITER_RECORD}, */*, deny
p, role:operator, applications, delete/*/ConfigMap/*/${WRITER_RECORD}, */*, deny
`;
