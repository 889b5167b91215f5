import type { k8s } from 'cdk8s-plus-28';

/** The pod half of the `restricted` Pod Security Standard; `user` also owns the mounted files. */
export function restrictedPod(user: number): k8s.PodSecurityContext {
  return { runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user, seccompProfile: { type: 'RuntimeDefault' } };
}

/** The container half of the `restricted` Pod Security Standard, with a read-only root file system. */
export const RESTRICTED_CONTAINER: k8s.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};
