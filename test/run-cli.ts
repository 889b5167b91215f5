import { main } from '../cli/main.ts';

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, as a terminal without colour would see it. */
export async function runCli(args: readonly string[], today = '2026-06-01'): Promise<Run> {
  let out = '';
  let err = '';
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    colour: false,
    interactive: false,
  };
  const code = await main(args, { terminal, today, workerScript: undefined });
  return { code, out, err };
}
