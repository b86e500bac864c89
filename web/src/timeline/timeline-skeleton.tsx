import { t } from '../i18n';

const shapes = [
  ['start', 'w-56', 'h-10'],
  ['start', 'w-40', 'h-10'],
  ['end', 'w-72', 'h-14'],
  ['start', 'w-64', 'h-32'],
  ['end', 'w-48', 'h-10'],
  ['start', 'w-52', 'h-10'],
];

export function TimelineSkeleton() {
  return (
    <div className="late flex min-h-0 flex-1 flex-col justify-end overflow-hidden" aria-busy="true">
      <span className="sr-only">{t.loading}</span>
      <div className="mx-auto grid w-full max-w-[760px] gap-3 px-6 pb-6">
        {shapes.map(([side, w, h], i) => (
          <div
            key={i}
            className={`skeleton rounded-14! ${w} ${h} ${side === 'end' ? 'justify-self-end' : ''}`}
          />
        ))}
      </div>
    </div>
  );
}
