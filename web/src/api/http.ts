import type { components, paths } from './schema';
import { noteTrouble, noteWritten } from './trouble';

export type FieldProblem = components['schemas']['FieldProblem'];

/** A refusal by the server, in the caller's language. Status 0 means it was never reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: FieldProblem[];
  readonly requestId: string;
  constructor(
    status: number,
    problem: {
      code?: string;
      title?: string;
      detail?: string;
      errors?: FieldProblem[] | null;
      request_id?: string;
    },
  ) {
    super(problem.detail || problem.title || problem.code || `HTTP ${status}`);
    this.status = status;
    this.code = problem.code ?? '';
    this.title = problem.title ?? '';
    this.detail = problem.detail ?? '';
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id ?? '';
  }
  /** True where trying again later may help: no network, a proxy's error, throttling. */
  get transient() {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

export const apiBase = '/api/v1';

let user = '';

/** Whose page this is from now on: the server refuses it where another has signed in meanwhile. */
export function speakFor(userId: string) {
  user = userId;
}

/** The headers of every call. */
export const commonHeaders = (): Record<string, string> => ({
  'Accept-Language': document.documentElement.lang,
  ...(user && { 'Bandeja-User': user }),
});

// What each operation of openapi.json takes and answers, by its path below /api/v1.
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Full<Path extends string> = `${typeof apiBase}${Path}` & keyof paths;
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object>
    ? P extends `${typeof apiBase}${infer Path}`
      ? Path
      : never
    : never;
}[keyof paths];
type Answer<Operation> = Operation extends {
  responses: { [Status in 200 | 201]?: { content: { 'application/json': infer T } } };
}
  ? T
  : // biome-ignore lint/suspicious/noConfusingVoidType: the answer of an operation without one
    void;
type Call<Operation> = Options &
  (Operation extends { parameters: { path: infer T } } ? { params: T } : unknown) &
  (Operation extends { parameters: { query?: infer T } } ? { query?: T } : unknown) &
  (Operation extends { parameters: { header?: infer T } } ? { headers?: T } : unknown) &
  (Operation extends { requestBody: { content: { 'application/json': infer T } } }
    ? { body: T }
    : OptionalBody<Operation>);
type OptionalBody<Operation> = Operation extends { requestBody?: infer B }
  ? [NonNullable<B>] extends [never]
    ? unknown
    : NonNullable<B> extends { content: { 'application/json': infer T } }
      ? { body?: T }
      : unknown
  : unknown;

interface Options {
  signal?: AbortSignal;
  /** Lets the request finish after the page is left (drafts). */
  keepalive?: boolean;
}

interface AnyCall extends Options {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  headers?: Record<string, string>;
  body?: unknown;
}

/** The one way to the server. */
const caller =
  <M extends Method>(method: M) =>
  <P extends PathOf<M>>(
    path: P,
    ...[call]: Options extends Call<paths[Full<P>][M]>
      ? [call?: Call<paths[Full<P>][M]>]
      : [call: Call<paths[Full<P>][M]>]
  ) =>
    send(method, path, (call ?? {}) as AnyCall) as Promise<Answer<paths[Full<P>][M]>>;

export const get = caller('get');
export const post = caller('post');
export const patch = caller('patch');
export const put = caller('put');
export const remove = caller('delete');

async function send(method: Method, path: string, call: AnyCall): Promise<unknown> {
  const headers: Record<string, string> = {
    Accept: 'application/json',
    ...commonHeaders(),
    ...call.headers,
  };
  if (call.body !== undefined) headers['Content-Type'] = 'application/json';
  const address = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(call.params![name]!));
  let response: Response;
  try {
    response = await fetch(apiBase + address + queryString(call.query), {
      method: method.toUpperCase(),
      headers,
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      signal: call.signal,
      keepalive: call.keepalive,
      credentials: 'same-origin',
    });
  } catch (cause) {
    throw unreached(call, cause);
  }
  if (response.ok) {
    let answer: unknown;
    try {
      const text = await response.text();
      answer = text ? JSON.parse(text) : undefined; // 202 and 204 say nothing.
    } catch (cause) {
      // Broken off half-way, or another's page: a hotel's that asks to sign in first.
      throw unreached(call, cause);
    }
    if (method !== 'get') noteWritten();
    return answer;
  }
  throw await problemOf(response.status, () => response.json());
}

/** Why there is no answer: the caller wants none any more, or it doesn't come. */
const unreached = ({ signal }: AnyCall, cause: unknown) =>
  signal?.aborted && signal.reason?.name !== 'TimeoutError'
    ? cause
    : new ApiError(0, { code: 'offline' });

/** The refusal of a status and a body, and what it tells of the session and the server. */
export async function problemOf(status: number, body: () => Promise<unknown>): Promise<ApiError> {
  const problem = await body().catch(() => ({}));
  const error = new ApiError(status, problem as object);
  if (error.code === 'database_unavailable') noteTrouble();
  // A session that ended shows the login screen at once, whatever was asked. A wrong
  // password or code is a 401 too, and ends nothing.
  if (error.code === 'unauthenticated' || error.code === 'other_user')
    window.dispatchEvent(new CustomEvent('signed-out', { detail: error.code }));
  return error;
}

function queryString(query: Record<string, unknown> = {}) {
  const params = new URLSearchParams();
  for (const [k, v] of Object.entries(query))
    if (v !== undefined && v !== null && v !== '') params.set(k, String(v));
  const text = params.toString();
  return text && `?${text}`;
}
