import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'gcp.kubernetes.name': 'crm-production-seoul' } }],
  bad: [
    { change: { 'gcp.kubernetes.name': 'crm-production-asia-northeast' }, names: ['gcp.kubernetes.name'] },
    { change: { 'aws.kubernetes.name': 'crm--production' }, names: ['aws.kubernetes.name'] },
    { change: { 'database.applicationRole': 'pg_app' }, names: ['database.applicationRole'] },
    { change: { 'database.poolerRole': 'crm_app' }, names: ['database.poolerRole', 'database.applicationRole'] },
    { change: { 'database.replication.failback': 'crm_subscription' }, names: ['database.replication.failback'] },
  ],
};
