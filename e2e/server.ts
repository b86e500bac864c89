import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const binary = process.env.BANDEJA ?? new URL('../bin/bandeja', import.meta.url).pathname;

/** Returns a loopback port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const s = createServer();
    s.on('error', reject);
    s.listen(0, '127.0.0.1', () => {
      const address = s.address();
      s.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

export async function answers(url: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      const r = await fetch(url);
      if (r.ok) return;
    } catch {
      // not yet
    }
    if (Date.now() > deadline) throw new Error(`${url} does not answer`);
    await new Promise((r) => setTimeout(r, 20));
  }
}

export const owner = { name: 'Laura Medina', email: 'laura@example.com', password: 'a quiet password' };

/** A bubble on a customer's phone. */
export interface PhoneMessage {
  id: string;
  mine: boolean;
  kind: string;
  text?: string;
  status?: string;
  template?: string;
  buttons?: { id?: string; title: string }[];
  media?: { name?: string };
  reactions?: Record<string, string>;
  reply_to?: string;
}

/** The real program on a folder of its own, with the provider simulator beside it. */
export class Server {
  private constructor(
    readonly url: string,
    readonly simURL: string,
    private readonly port: number,
    private readonly dir: string,
    private readonly sim: ChildProcess,
    private process: ChildProcess | null,
    private readonly env: Record<string, string>,
  ) {}

  token = '';

  static async start(env: Record<string, string> = {}): Promise<Server> {
    const dir = mkdtempSync(join(tmpdir(), 'bandeja-e2e-'));
    const [port, simPort] = [await freePort(), await freePort()];
    const sim = spawn(binary, ['sim', '--listen', `127.0.0.1:${simPort}`], { stdio: 'ignore' });
    const s = new Server(`http://127.0.0.1:${port}`, `http://127.0.0.1:${simPort}`, port, dir, sim, null, env);
    await answers(`${s.simURL}/sim/state`);
    await s.run();
    return s;
  }

  /** Starts the server on the same folder and port. */
  async run(): Promise<void> {
    this.process = spawn(binary, ['serve', '--data', this.dir, '--listen', `127.0.0.1:${this.port}`], {
      env: { ...process.env, BANDEJA_PUBLIC_URL: this.url, BANDEJA_LOG_LEVEL: 'warn', BANDEJA_DATABASE_URL: '', ...this.env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await answers(`${this.url}/readyz`);
  }

  /** Ends the server at once, as a power cut would. */
  async kill(): Promise<void> {
    const p = this.process;
    this.process = null;
    if (!p) return;
    const gone = new Promise((r) => p.once('exit', r));
    p.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
    this.sim.kill('SIGTERM');
    rmSync(this.dir, { recursive: true, force: true });
  }

  command(args: string[], input = ''): string {
    return execFileSync(binary, args, { input, env: { ...process.env, BANDEJA_DATABASE_URL: '' } })
      .toString()
      .trim();
  }

  /** Adds the owner by the command line, and a token to set things up with. */
  addOwner(language = 'en'): void {
    const who = ['--data', this.dir, '--email', owner.email];
    this.command(['user', 'add', ...who, '--name', owner.name, '--role', 'owner', '--language', language, '--password-stdin'], owner.password);
    this.token = this.command(['token', 'add', ...who, '--name', 'e2e']);
  }

  /** Adds a colleague by the command line, and returns what they sign in with. */
  addUser(name: string, role: 'owner' | 'manager' | 'agent', language = 'en'): { email: string; password: string } {
    const who = { email: `${name.toLowerCase().replaceAll(' ', '.')}@example.com`, password: owner.password };
    this.command(
      ['user', 'add', '--data', this.dir, '--email', who.email, '--name', name, '--role', role, '--language', language, '--password-stdin'],
      who.password,
    );
    return who;
  }

  /** Adds contacts that have written, as an installation of some age has them. */
  seed(contacts: number): void {
    this.command(['bench', 'seed', '--data', this.dir, '--contacts', String(contacts), '--messages', String(2 * contacts)]);
  }

  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const r = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${await r.text()}`);
    return (r.status === 204 ? undefined : await r.json()) as T;
  }

  async connect(type: 'telegram' | 'whatsapp_cloud'): Promise<void> {
    const { accounts } = (await (await fetch(`${this.simURL}/sim/state`)).json()) as { accounts: Record<string, string>[] };
    const account = accounts.find((a) => a.kind === (type === 'telegram' ? 'telegram' : 'whatsapp'));
    if (!account) throw new Error('the simulator has no such account');
    const config =
      type === 'telegram'
        ? { bot_token: account.token, api_base_url: `${this.simURL}/telegram` }
        : {
            phone_number_id: account.phone_number_id,
            waba_id: account.waba_id,
            access_token: account.token,
            app_secret: account.app_secret,
            api_base_url: `${this.simURL}/whatsapp`,
          };
    await this.api('POST', '/channels', { type, name: type === 'telegram' ? 'Telegram' : 'WhatsApp', config });
  }

  /** Does something as a customer; returns the provider's id of the message. */
  async customer(account: string, person: string, act: Record<string, unknown>): Promise<string> {
    const r = await fetch(`${this.simURL}/sim/accounts/${account}/people/${person}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(act),
    });
    if (!r.ok) throw new Error(`simulator: ${r.status} ${await r.text()}`);
    return ((await r.json()) as { id: string }).id;
  }

  /** What a customer's phone shows. */
  async phone(account: string, person: string): Promise<PhoneMessage[]> {
    const r = await fetch(`${this.simURL}/sim/accounts/${account}/people/${person}`);
    return ((await r.json()) as { messages?: PhoneMessage[] }).messages ?? [];
  }

  /** The texts that a customer received. */
  async received(account: string, person: string): Promise<(string | undefined)[]> {
    return (await this.phone(account, person)).filter((m) => !m.mine).map((m) => m.text);
  }

  /** Has a customer look at the phone, or put it away. */
  async reading(account: string, person: string, reading: boolean): Promise<void> {
    await fetch(`${this.simURL}/sim/accounts/${account}/people/${person}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ reading }),
    });
  }
}
