import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network path between two programs, over which nothing passes while it is cut: no refusal, no answer. */
export interface Relay {
  readonly port: number;
  cut(): void;
  /** What was on its way arrives now, late. */
  heal(): void;
  close(): Promise<void>;
}

/** Listens on the loopback address and passes on to a port of it. */
export async function startRelay(target: number): Promise<Relay> {
  let open = true;
  const sockets = new Set<Socket>();
  const kept = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.once('close', () => sockets.delete(socket));
  };
  const pairs = new Set<{ near: Socket; far: Socket | undefined; join(): void }>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    kept(near).setNoDelay(true);
    const pair: { near: Socket; far: Socket | undefined; join(): void } = {
      near,
      far: undefined,
      join: () => {
        if (pair.far) return;
        const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
        pair.far = far;
        kept(far).setNoDelay(true);
        pass(near, far);
        pass(far, near);
        near.resume();
      },
    };
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (chunk) => {
        if (!to.write(chunk)) from.pause();
      });
      to.on('drain', () => {
        if (open) from.resume();
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        if (open || from.errored) to.destroy();
      });
    };
    near.on('error', () => pair.far?.destroy());
    near.on('close', () => pairs.delete(pair));
    pairs.add(pair);
    if (open) pair.join();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      open = false;
      for (const { near, far } of pairs) {
        near.pause();
        far?.pause();
      }
    },
    heal: () => {
      open = true;
      for (const pair of pairs) {
        pair.join();
        pair.near.resume();
        pair.far?.resume();
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
