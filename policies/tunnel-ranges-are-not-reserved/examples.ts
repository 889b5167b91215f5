import type { Examples } from '../rule.ts';

export const examples: Examples = {
  good: [{ change: { 'link.tunnels[0]': '169.254.6.0/30' } }],
  bad: [
    { change: { 'link.tunnels[0]': '169.254.1.0/30' }, names: ['link.tunnels[0]'] },
    { change: { 'link.tunnels[3]': '169.254.169.252/30' }, names: ['link.tunnels[3]'] },
    { change: { 'link.tunnels[1]': '169.254.11.0/29' }, names: ['link.tunnels[1]'] },
    { change: { 'link.tunnels[2]': '10.99.0.0/30' }, names: ['link.tunnels[2]'] },
  ],
};
