import type { MessageStatus } from '../api/types';
import { Icon } from '../ui/icon';

/** clock queued · ✓ sent · ✓✓ delivered · ✓✓ in the accent read · ! failed. Decorative: the button beside it has the words. */
export function StatusTicks({ status }: { status: MessageStatus }) {
  switch (status) {
    case 'queued':
    case 'sending':
      return <Icon name="clock" size={13} strokeWidth={2} />;
    case 'uncertain':
      return <Icon name="warning" size={13} strokeWidth={2} className="text-amber-ink" />;
    case 'failed':
      return <Icon name="error" size={13} strokeWidth={2} className="text-red" />;
    case 'sent':
      return <Ticks />;
    case 'delivered':
      return <Ticks two />;
    case 'read':
      return <Ticks two className="text-accent" />;
    default:
      return null;
  }
}

function Ticks({ two = false, className = '' }: { two?: boolean; className?: string }) {
  return (
    <svg
      viewBox="0 0 20 14"
      width={two ? 17 : 13}
      height={12}
      preserveAspectRatio="xMidYMid meet"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={className}
    >
      <path d={two ? 'm1.5 7.5 3.5 3.5L12 3.5' : 'm4 7.5 3.5 3.5L15 3.5'} />
      {two && <path d="m8.5 10 1 1L17 3.5" />}
    </svg>
  );
}
