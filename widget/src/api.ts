import { type Event, Later, type Outcome, type Problem } from './queue';
import type { Lang } from './text';

export interface Config {
  color: string;
  position: 'left' | 'right';
  language: Lang | 'auto';
  texts: Record<Lang, Record<string, string>>;
  prechat: Record<string, 'hidden' | 'optional' | 'required'>;
  max_file: number;
  online: boolean;
}

export interface Attachment {
  kind: string;
  name?: string;
  mime?: string;
  size?: number;
  width?: number;
  height?: number;
  url?: string;
}

export interface Choice {
  id: string;
  title: string;
  description?: string;
}

export interface Message {
  id: string;
  cid?: string;
  at: string;
  mine?: boolean;
  from?: string;
  kind: string;
  text?: string;
  attachments?: Attachment[];
  location?: { latitude: number; longitude: number; name?: string; address?: string };
  interactive?: {
    header?: string;
    footer?: string;
    buttons?: Choice[];
    sections?: { title?: string; rows: Choice[] }[];
    link?: { title: string; url: string };
  };
  form?: { fields?: { name: string; value: string }[] };
  quote?: { from?: string; mine?: boolean; text?: string };
  seen?: boolean;
  deleted?: boolean;
}

export interface Page {
  items: Message[];
  cursor: string;
  has_before: boolean;
  reset?: boolean;
  read: boolean;
  online: boolean;
}

export interface Session {
  token: string;
  /** In whose name the token speaks; another where somebody else has taken over the browser. */
  visitor: string;
  verified: boolean;
  known: boolean;
}

const patience = 60_000;

/** A refusal in the server's words. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail);
  }
}

/** The visitors' API of one channel. */
export class Api {
  token = '';

  constructor(
    readonly host: string,
    readonly key: string,
    public lang: Lang,
  ) {}

  url(path: string): string {
    return `${this.host}/widget/${this.key}/${path}${path.includes('?') ? '&' : '?'}lang=${this.lang}`;
  }

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    let r: Response;
    try {
      r = await fetch(this.url(path), {
        method,
        headers: {
          ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        keepalive: method === 'POST',
        // A connection that has died without a word would hold up what waits, in all tabs.
        signal: AbortSignal.timeout?.(patience),
      });
    } catch {
      throw new Later();
    }
    if (r.status === 429 || r.status >= 500) throw new Later(waitOf(r.headers.get('Retry-After')));
    const data = await r.json();
    if (!r.ok) throw new Refused(r.status, data as Problem);
    return data as T;
  }

  config = () => this.call<Config>('GET', 'config');
  session = (identify?: unknown) => this.call<Session>('POST', 'session', { token: this.token, identify });
  page = (query: string) => this.call<Page>('GET', `messages?${query}`);
  events = (events: unknown[]) => this.call<{ results: Outcome[] }>('POST', 'events', { events });

  /** Posts queued events; a session that has ended is renewed by the caller. */
  async post(events: Event[]): Promise<Outcome[]> {
    return (await this.events(events)).results;
  }

  stream(after: string): EventSource {
    return new EventSource(this.url(`stream?token=${encodeURIComponent(this.token)}&after=${encodeURIComponent(after)}`));
  }

  /** Uploads a file; the result stands for it in a message. */
  upload(file: Blob, name: string, progress: (part: number) => void): Promise<{ file: string; kind: string }> {
    return new Promise((resolve, reject) => {
      const x = new XMLHttpRequest();
      x.open('POST', this.url(`files?name=${encodeURIComponent(name)}`));
      x.setRequestHeader('Authorization', `Bearer ${this.token}`);
      x.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
      x.responseType = 'json';
      x.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
      x.onerror = () => reject(new Later());
      x.onload = () =>
        x.status < 300
          ? resolve(x.response)
          : reject(new Refused(x.status, x.response ?? { code: 'internal', detail: x.statusText }));
      x.send(file);
    });
  }
}

/** What a server asks to wait, in ms; a date, as some proxies send, is taken for no wish. */
function waitOf(retryAfter: string | null): number {
  return Math.min(Number(retryAfter) || 0, 600) * 1000;
}
