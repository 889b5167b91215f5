/** Where a command's words go, and whether they may be coloured. */
export interface Terminal {
  /** The result. */
  out(text: string): void;
  /** Progress and errors. */
  err(text: string): void;
  /** Whether the result goes to a person's terminal that shows colour. */
  readonly colour: boolean;
  /** Whether progress can be drawn over itself. */
  readonly interactive: boolean;
}

type Style = 'red' | 'yellow' | 'blue' | 'green' | 'bold' | 'dim';
const CODES: Record<Style, readonly [number, number]> = {
  red: [31, 39],
  yellow: [33, 39],
  blue: [34, 39],
  green: [32, 39],
  bold: [1, 22],
  dim: [2, 22],
};

export function styled(terminal: Terminal, style: Style, text: string): string {
  if (!terminal.colour) return text;
  const [open, close] = CODES[style];
  return `\u001b[${open}m${text}\u001b[${close}m`;
}

export function processTerminal(): Terminal {
  const noColour = (process.env.NO_COLOR ?? '') !== '';
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    colour: process.stdout.isTTY === true && !noColour,
    interactive: process.stderr.isTTY === true,
  };
}
