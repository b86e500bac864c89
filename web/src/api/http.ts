import type { Page } from './types';

export interface FieldProblem {
  field: string;
  code: string;
  detail: string;
}

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

type Query = Record<string, string | number | boolean | null | undefined>;

export interface Call {
  query?: Query;
  body?: unknown;
  key?: string;
  ifMatch?: string;
  signal?: AbortSignal;
  /** Lets the request finish after the page is left (drafts). */
  keepalive?: boolean;
}

export const apiBase = '/api/v1';

/** The one way to the server. Paths are below /api/v1. */
export async function api<T>(method: string, path: string, call: Call = {}): Promise<T> {
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'Accept-Language': document.documentElement.lang,
  };
  if (call.body !== undefined) headers['Content-Type'] = 'application/json';
  if (call.key) headers['Idempotency-Key'] = call.key;
  if (call.ifMatch) headers['If-Match'] = call.ifMatch;
  let response: Response;
  try {
    response = await fetch(apiBase + path + queryString(call.query), {
      method,
      headers,
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      signal: call.signal,
      keepalive: call.keepalive,
      credentials: 'same-origin',
    });
  } catch (cause) {
    if (call.signal?.aborted) throw cause;
    throw new ApiError(0, { code: 'offline' });
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const error = await problemOf(response.status, () => response.json());
  // A session that ended shows the login screen at once, whatever was asked.
  if (response.status === 401 && path !== '/session') window.dispatchEvent(new Event('signed-out'));
  throw error;
}

export async function problemOf(status: number, body: () => Promise<unknown>): Promise<ApiError> {
  try {
    return new ApiError(status, (await body()) as object);
  } catch {
    return new ApiError(status, {});
  }
}

function queryString(query?: Query) {
  const params = new URLSearchParams();
  for (const [k, v] of Object.entries(query ?? {}))
    if (v !== undefined && v !== null && v !== '') params.set(k, String(v));
  const text = params.toString();
  return text && `?${text}`;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) =>
  api<T>('GET', path, { query, signal });
export const getPage = <T>(path: string, query?: Query, signal?: AbortSignal) =>
  api<Page<T>>('GET', path, { query, signal });
export const post = <T = void>(path: string, body?: unknown, key?: string) =>
  api<T>('POST', path, { body, key });
export const patch = <T>(path: string, body: unknown) => api<T>('PATCH', path, { body });
export const put = <T = void>(path: string, body: unknown) => api<T>('PUT', path, { body });
export const remove = (path: string) => api<void>('DELETE', path);
