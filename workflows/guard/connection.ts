import { type Access, DatabaseError, type Limits, openSession, type Session } from '../postgres/session.ts';

/** A session that is kept open and opened anew after an error. */
export interface Connection {
  /** @throws DatabaseError */
  use<T>(run: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function keptOpen(access: Access, purpose: string, limits: Limits): Connection {
  let open: Promise<Session> | undefined;
  const drop = async (): Promise<void> => {
    const old = open;
    open = undefined;
    await old?.then(
      (session) => session.close(),
      () => undefined,
    );
  };
  return {
    async use(run) {
      open ??= openSession(access, purpose, limits);
      try {
        return await run(await open);
      } catch (error) {
        // What the server said of a statement leaves the session as it is.
        if (!(error instanceof DatabaseError) || !/^[0-9A-Z]{5}$/.test(error.code) || error.code.startsWith('57')) void drop();
        throw error;
      }
    },
    close: drop,
  };
}
