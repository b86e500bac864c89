export function Logo({ size = 30 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} role="img" aria-label="Bandeja">
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <g
        fill="none"
        className="stroke-accent-ink"
        strokeWidth="2.2"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        <path d="M7 17.5h4.6l1.8 3h5.2l1.8-3H25" />
        <path d="M9.5 9.2h13l2.5 8.3v4.6a1.6 1.6 0 0 1-1.6 1.6H8.6A1.6 1.6 0 0 1 7 22.1v-4.6z" />
      </g>
    </svg>
  );
}
