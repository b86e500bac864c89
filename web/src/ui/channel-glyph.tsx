import type { ReactNode } from 'react';

// Small marks of our own in the channels' colours; not the companies' logos.
const glyphs: Record<string, { color: string; mark: ReactNode }> = {
  whatsapp: {
    color: '#1a9a4e',
    mark: <path d="M4.6 11.6l.5-1.9a3.6 3.6 0 1 1 1.4 1.4zM6.7 6.7c.3 1.3 1.3 2.3 2.6 2.6" />,
  },
  messenger: { color: '#6b57f0', mark: <path d="M4.3 9.3 6.7 6.8l2.6 2 2.4-2.3" /> },
  instagram: {
    color: '#d0306a',
    mark: (
      <path d="M5.8 4.3h4.4a1.5 1.5 0 0 1 1.5 1.5v4.4a1.5 1.5 0 0 1-1.5 1.5H5.8a1.5 1.5 0 0 1-1.5-1.5V5.8a1.5 1.5 0 0 1 1.5-1.5zM8 9.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z" />
    ),
  },
  telegram: {
    color: '#1c8ac4',
    mark: <path d="M3.9 8.1 12 4.6l-1.3 7-2.7-2-1.2 1.3-.3-2.3L12 4.6" />,
  },
  webchat: { color: '#0f6b63', mark: <path d="M4.3 4.8h7.4v5.2H7.3L5 11.8V10h-.7z" /> },
  email: { color: '#6d737c', mark: <path d="M4 5h8v6H4zM4.2 5.3 8 8.4l3.8-3.1" /> },
  sms: { color: '#cf4a20', mark: <path d="M4.5 6.2h7M4.5 8.2h7M4.5 10.2h4" /> },
  line: { color: '#12913f', mark: <path d="M5.2 5.5v5h2M9 5.5v5M9 8h2" /> },
  viber: { color: '#7460e0', mark: <path d="M5.2 5.2l1.5 4.8h2.6l1.5-4.8" /> },
  other: { color: '#5b5f86', mark: <path d="M6.5 5.5 4 8l2.5 2.5M9.5 5.5 12 8l-2.5 2.5" /> },
};

function family(type: string) {
  if (type.startsWith('whatsapp')) return 'whatsapp';
  if (type.startsWith('facebook')) return 'messenger';
  if (['twilio', 'vonage', 'messagebird', 'sms'].some((p) => type.startsWith(p))) return 'sms';
  if (type.startsWith('web')) return 'webchat';
  if (type.startsWith('mail') || type.startsWith('email')) return 'email';
  return type in glyphs ? type : 'other';
}

/** Decorative: the channel's name always stands beside it or in a tooltip. */
export function ChannelGlyph({ type, size = 16 }: { type: string; size?: number }) {
  const g = glyphs[family(type)]!;
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" className="shrink-0">
      <rect width="16" height="16" rx="4.5" fill={g.color} />
      <g fill="none" stroke="#fff" strokeWidth="1.3" strokeLinecap="round" strokeLinejoin="round">
        {g.mark}
      </g>
    </svg>
  );
}
