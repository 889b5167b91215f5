import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [
    { change: { 'link.keepalive': '60s', 'link.mtu': 1300 } },
    { change: { 'gcp.kubernetes.nodes.min': 1, 'gcp.kubernetes.nodes.max': 3 } },
  ],
  bad: [
    { change: { 'link.keepalive': '10s' }, names: ['link.keepalive'] },
    { change: { 'link.keepalive': '2m' }, names: ['link.keepalive'] },
    { change: { 'link.mtu': 1280 }, names: ['link.mtu'] },
    { change: { 'aws.kubernetes.nodes.min': 11 }, names: ['aws.kubernetes.nodes.max'] },
    { change: { 'gcp.kubernetes.nodes.min': 1, 'gcp.kubernetes.nodes.max': 2 }, names: ['gcp.kubernetes.nodes.max'] },
    { change: { 'gcp.kubernetes.zones': ['asia-northeast3-a', 'asia-northeast3-a'] }, names: ['gcp.kubernetes.zones'] },
    { change: { 'aws.database.maintenanceHour': 17 }, names: ['aws.database.maintenanceHour'] },
    { change: { 'aws.database.backupRetention': '180h' }, names: ['aws.database.backupRetention'] },
    { change: { 'gcp.database.backupRetention': '400d' }, names: ['gcp.database.backupRetention'] },
    { change: { 'traffic.monitor.timeout': '1500ms' }, names: ['traffic.monitor.timeout'] },
    { change: { 'traffic.monitor.timeout': '6s' }, names: ['traffic.monitor.timeout'] },
  ],
};
