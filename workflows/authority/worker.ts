import type { Cloud } from '../../environments/platform.ts';
import type { Claim, Claimed, Confirmed, Entry, Refusal, WriterRecord } from './protocol.ts';

/** What Cloudflare gives a Durable Object; only what is used here. Source: Cloudflare, Durable Objects API. */
interface Storage {
  get<T>(key: string): Promise<T | undefined>;
  put(entries: Record<string, unknown>): Promise<void>;
  list<T>(options: { prefix: string; limit: number; reverse: boolean }): Promise<Map<string, T>>;
}

export interface Bindings {
  readonly AUTHORITY: { idFromName(name: string): unknown; get(id: unknown): { fetch(request: Request): Promise<Response> } };
  /** Lets guards confirm, promise and read. */
  readonly CONFIRM_TOKEN: string;
  /** Lets runbooks claim, and read. */
  readonly CLAIM_TOKEN: string;
  readonly LEASE_SECONDS: string;
}

/** What is known of the last claim, so that a repeated one has the same answer. */
interface LastClaim extends Claimed {
  readonly id: string;
  readonly cloud: Cloud;
}

/**
 * The writer record: one instance in the world, which handles one request after another between two reads of
 * its storage. Times are of its own clock alone; nobody else's clock is compared with it.
 */
export class WriterAuthority {
  private readonly storage: Storage;
  private readonly lease: number;

  constructor(state: { storage: Storage }, env: Bindings) {
    this.storage = state.storage;
    this.lease = Number(env.LEASE_SECONDS);
  }

  async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const body =
      request.method === 'POST'
        ? ((await request.json().catch(() => null)) as Partial<Claim & { cloud: Cloud; seconds: number }> | null)
        : {};
    if (body === null || typeof body !== 'object') return refuse(400, 'bad-request', 'the body is no JSON object');
    switch (pathname) {
      case '/v1/record':
        return await this.record();
      case '/v1/history':
        return await this.history();
      case '/v1/confirm':
        return await this.confirm(body.writer, body.epoch);
      case '/v1/promise':
        return await this.promise(body.cloud, body.seconds);
      case '/v1/claim':
        return await this.claim(body);
      default:
        return refuse(404, 'not-found', `there is no ${pathname}`);
    }
  }

  private async record(): Promise<Response> {
    const record = await this.storage.get<WriterRecord>('record');
    return record ? answer(record) : refuse(404, 'no-record', 'nobody has been made the writer yet');
  }

  /** The last hundred changes, the newest first. */
  private async history(): Promise<Response> {
    const entries = await this.storage.list<Entry>({ prefix: 'history/', limit: 100, reverse: true });
    return answer([...entries.values()]);
  }

  /** The writer’s guard says that it is there; from now on its lease runs anew. */
  private async confirm(writer: unknown, epoch: unknown): Promise<Response> {
    if (!isCloud(writer) || !isEpoch(epoch)) return refuse(400, 'bad-request', 'writer is aws or gcp, epoch a whole number');
    const record = await this.storage.get<WriterRecord>('record');
    if (!record) return refuse(404, 'no-record', 'nobody has been made the writer yet');
    if (record.writer !== writer || record.epoch !== epoch)
      return refuse(409, 'stale', `${record.writer} writes in epoch ${record.epoch}`, record);
    await this.storage.put({ confirmed: Date.now() });
    return answer({ ...record, lease: this.lease } satisfies Confirmed);
  }

  /** A guard has stood in for the authority: its cloud will not take over for so long. */
  private async promise(cloud: unknown, seconds: unknown): Promise<Response> {
    if (!isCloud(cloud) || typeof seconds !== 'number' || !(seconds >= 0 && seconds <= 3600))
      return refuse(400, 'bad-request', 'cloud is aws or gcp, seconds from 0 to 3600');
    const until = Math.max((await this.storage.get<number>(`promise/${cloud}`)) ?? 0, Date.now() + seconds * 1000);
    await this.storage.put({ [`promise/${cloud}`]: until });
    return answer({ cloud, until: new Date(until).toISOString() });
  }

  /** Compare and set: the epoch after the last one, by whoever comes first. */
  private async claim({ writer, epoch, who, why, id }: Partial<Claim>): Promise<Response> {
    if (!isCloud(writer) || !isEpoch(epoch)) return refuse(400, 'bad-request', 'writer is aws or gcp, epoch a whole number');
    if (!isText(who) || !isText(why) || !isText(id)) return refuse(400, 'bad-request', 'who, why and id are texts of 1 to 500 characters');
    const [record, last] = [await this.storage.get<WriterRecord>('record'), await this.storage.get<LastClaim>('claim')];
    if (last && last.id === id && last.epoch === epoch && last.writer === writer)
      return answer({ writer, epoch, wait: await this.wait(writer, last.cloud) });
    if (epoch !== (record?.epoch ?? 0) + 1)
      return refuse(
        409,
        'conflict',
        record ? `the epoch is ${record.epoch}, and ${record.writer} writes` : 'the first epoch is 1',
        record ?? null,
      );
    const old = record?.writer ?? writer;
    const wait = record ? await this.wait(writer, old) : 0;
    const at = new Date().toISOString();
    await this.storage.put({
      record: { writer, epoch } satisfies WriterRecord,
      claim: { id, writer, epoch, wait, cloud: old } satisfies LastClaim,
      [`history/${String(epoch).padStart(12, '0')}`]: { writer, epoch, who, why, at } satisfies Entry,
    });
    return answer({ writer, epoch, wait } satisfies Claimed);
  }

  /** What is left of the old writer’s lease, and of the promises of the cloud that takes over. */
  private async wait(writer: Cloud, old: Cloud): Promise<number> {
    const confirmed = writer === old ? undefined : await this.storage.get<number>('confirmed');
    const promised = await this.storage.get<number>(`promise/${writer}`);
    const until = Math.max(confirmed === undefined ? 0 : confirmed + this.lease * 1000, promised ?? 0);
    return Math.max(0, Math.ceil((until - Date.now()) / 100) / 10);
  }
}

const CLAIMS: readonly string[] = ['/v1/claim'];
const CONFIRMS: readonly string[] = ['/v1/confirm', '/v1/promise'];

/** The door: a token for each kind of caller, and the one object behind it. */
// biome-ignore lint/style/noDefaultExport: the runtime looks for the default export.
export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    const { pathname } = new URL(request.url);
    const given = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
    const [confirms, claims] = [await same(given, env.CONFIRM_TOKEN), await same(given, env.CLAIM_TOKEN)];
    const allowed = CLAIMS.includes(pathname) ? claims : CONFIRMS.includes(pathname) ? confirms : confirms || claims;
    if (!allowed) return refuse(401, 'unauthorized', 'the token does not allow this');
    return await env.AUTHORITY.get(env.AUTHORITY.idFromName('writer')).fetch(request);
  },
};

/** Compares by digest, so that the time it takes says nothing of the token. */
async function same(given: string, wanted: string): Promise<boolean> {
  if (wanted === '') return false;
  const [a, b] = await Promise.all([given, wanted].map((text) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
  const [x, y] = [new Uint8Array(a as ArrayBuffer), new Uint8Array(b as ArrayBuffer)];
  return x.reduce((difference, byte, index) => difference | (byte ^ (y[index] ?? 0)), 0) === 0;
}

function isCloud(value: unknown): value is Cloud {
  return value === 'aws' || value === 'gcp';
}

function isEpoch(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 500;
}

function answer(body: object): Response {
  return Response.json(body);
}

function refuse(status: number, error: Refusal['error'], message: string, record: WriterRecord | null = null): Response {
  return Response.json({ error, message, record } satisfies Refusal, { status });
}
