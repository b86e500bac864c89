export type Lang = 'en' | 'es';

const en = {
  close: 'Close chat',
  open: 'Open chat',
  write: 'Write a message',
  send: 'Send',
  attach: 'Attach a file',
  emoji: 'Emoji',
  sending: 'Sending',
  sent: 'Sent',
  read: 'Read',
  failed: 'Not sent',
  again: 'Try again',
  discard: 'Discard',
  left: 'It waited here too long, and may have been sent meanwhile.',
  notAttached: 'The file was not sent. Attach it again when you have a connection.',
  offline: 'No connection. What you write is sent as soon as it is back.',
  tooBig: 'The file is too large: at most {max} MB.',
  name: 'Name',
  email: 'E-mail',
  phone: 'Phone',
  optional: 'optional',
  begin: 'Start chat',
  required: 'This field is required.',
  today: 'Today',
  yesterday: 'Yesterday',
  typing: '{name} is writing',
  somebody: 'Somebody',
  deleted: 'This message was deleted',
  older: 'Show older messages',
  messages: 'Messages',
  map: 'Location',
  upload: 'Sending {name}',
  unread: '{n} unread',
  image: 'Image',
  broken: 'The chat could not be loaded.',
};

const es: typeof en = {
  close: 'Cerrar el chat',
  open: 'Abrir el chat',
  write: 'Escriba un mensaje',
  send: 'Enviar',
  attach: 'Adjuntar un archivo',
  emoji: 'Emoji',
  sending: 'Enviando',
  sent: 'Enviado',
  read: 'Leído',
  failed: 'No se envió',
  again: 'Reintentar',
  discard: 'Descartar',
  left: 'Esperó aquí demasiado tiempo; es posible que ya se haya enviado.',
  notAttached: 'El archivo no se envió. Vuelva a adjuntarlo cuando tenga conexión.',
  offline: 'Sin conexión. Lo que escriba se enviará en cuanto vuelva.',
  tooBig: 'El archivo es demasiado grande: {max} MB como máximo.',
  name: 'Nombre',
  email: 'Correo',
  phone: 'Teléfono',
  optional: 'opcional',
  begin: 'Iniciar el chat',
  required: 'Este campo es obligatorio.',
  today: 'Hoy',
  yesterday: 'Ayer',
  typing: '{name} está escribiendo',
  somebody: 'Alguien',
  deleted: 'Este mensaje fue eliminado',
  older: 'Ver mensajes anteriores',
  messages: 'Mensajes',
  map: 'Ubicación',
  upload: 'Enviando {name}',
  unread: '{n} sin leer',
  image: 'Imagen',
  broken: 'No se pudo cargar el chat.',
};

export type Words = typeof en;
export const words = (lang: Lang): Words => (lang === 'es' ? es : en);

/** Fills {names} of a text. */
export const fill = (text: string, values: Record<string, unknown>): string =>
  text.replace(/\{(\w+)\}/g, (_, k: string) => String(values[k] ?? ''));

/** Cuts a text into plain parts and http(s) links; what follows a link's end stays text. */
export function links(text: string): { text: string; href?: string }[] {
  const out: { text: string; href?: string }[] = [];
  let at = 0;
  for (const m of text.matchAll(/https?:\/\/[^\s<>"']+/gi)) {
    const href = m[0].replace(/[.,;:!?)\]}»”]+$/, '');
    try {
      new URL(href);
    } catch {
      continue;
    }
    if (m.index > at) out.push({ text: text.slice(at, m.index) });
    out.push({ text: href, href });
    at = m.index + href.length;
  }
  if (at < text.length) out.push({ text: text.slice(at) });
  return out;
}

/** The day a message belongs under, in words. */
export function dayName(at: Date, lang: Lang, now = new Date()): string {
  const midnight = (d: Date) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const days = Math.round((midnight(now) - midnight(at)) / 864e5);
  if (days <= 0) return words(lang).today;
  if (days === 1) return words(lang).yesterday;
  return at.toLocaleDateString(lang, { day: 'numeric', month: 'long', ...(days > 300 ? { year: 'numeric' } : {}) });
}
