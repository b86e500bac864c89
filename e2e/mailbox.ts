import { createServer, type Server, type Socket } from 'node:net';

export interface Mail {
  to: string;
  text: string;
}

/** A mail server that keeps what it is given, for the tests to read. */
export class Mailbox {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  private readonly mails: Mail[] = [];

  static async start(): Promise<Mailbox> {
    const server = createServer();
    await new Promise<void>((r) => server.listen(0, '127.0.0.1', r));
    const address = server.address();
    if (!address || typeof address !== 'object') throw new Error('no port');
    const box = new Mailbox(server, `smtp://127.0.0.1:${address.port}?tls=off&from=Bandeja%20%3Cinbox@example.com%3E`);
    server.on('connection', (socket) => box.talk(socket));
    return box;
  }

  stop(): void {
    this.server.close();
  }

  /** The links to this path that somebody was sent, the latest last. */
  links(to: string, path: 'invite' | 'reset'): string[] {
    return this.mails.filter((m) => m.to === to).flatMap((m) => m.text.match(new RegExp(`http://\\S+/${path}/[\\w-]+`)) ?? []);
  }

  private talk(socket: Socket): void {
    let unread = '';
    let body: string | null = null;
    let to = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 mailbox');
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      unread += chunk;
      for (let end = unread.indexOf('\r\n'); end >= 0; end = unread.indexOf('\r\n')) {
        const line = unread.slice(0, end);
        unread = unread.slice(end + 2);
        if (body !== null) {
          if (line !== '.') body += `${line}\r\n`;
          else {
            this.mails.push({ to, text: plain(body) });
            body = null;
            say('250 kept');
          }
          continue;
        }
        const word = line.slice(0, 4).toUpperCase();
        if (word === 'RCPT') to = /<(.+?)>/.exec(line)?.[1] ?? '';
        if (word === 'DATA') body = '';
        say(word === 'DATA' ? '354 go on' : word === 'QUIT' ? '221 bye' : '250 ok');
      }
    });
  }
}

/** Takes back what quoted-printable did to long lines and signs. */
const plain = (mail: string) =>
  mail.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
