/** For what Argo CD must neither prune nor delete with its Application. */
export const KEPT = { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' } as const;
