import type { Referral } from '../api/types';
import { safeHref } from '../format/autolink';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { toast, toastError } from '../ui/toast';
import { tip } from '../ui/tooltip';
import { eventTexts } from './event-texts';

export interface ReferralLine {
  label: string;
  value: string;
  /** Where the value is an address that may be opened. */
  href?: string;
}

/** "Came through an advertisement". A kind we have no word for is told in the provider's. */
export function referralTitle({ source }: Referral): string {
  const e = eventTexts.text;
  const words: Record<string, string> = e.referralSources;
  return `${e.referral} ${(source && words[source]) || source || ''}`.trim();
}

/** What is known of the advertisement, link or code besides its words. */
export function referralLines(referral: Referral): ReferralLine[] {
  const e = eventTexts.text.referralLines;
  const id = referral.source === 'ad' ? e.ad : referral.source === 'post' ? e.post : e.id;
  const all: ReferralLine[] = [
    { label: e.ref, value: referral.ref ?? '' },
    { label: id, value: referral.id ?? '' },
    { label: e.click, value: referral.click_id ?? '' },
    { label: e.url, value: referral.url ?? '', href: safeHref(referral.url) },
  ];
  return all.filter((line) => line.value !== '');
}

/** The advertisement, link or code that brought the contact. */
export function ReferralCard({ referral }: { referral: Referral }) {
  const lines = referralLines(referral);
  const { headline, body } = referral;
  if (!headline && !body && lines.length === 0) return null;
  return (
    <div className="flex w-80 max-w-full items-start gap-2 rounded-10 border border-line bg-surface px-3 py-2 text-left">
      <Icon name={referral.url ? 'link' : 'tag'} size={14} className="mt-0.5 text-accent" />
      <div className="min-w-0 flex-1">
        <p className="text-11 text-faint">{referralTitle(referral)}</p>
        {headline && (
          <p
            className="line-clamp-3 font-medium [overflow-wrap:anywhere] text-text"
            {...tip(headline)}
          >
            {headline}
          </p>
        )}
        {body && (
          <p className="line-clamp-6 [overflow-wrap:anywhere] text-muted" {...tip(body)}>
            {body}
          </p>
        )}
        {lines.length > 0 && (
          <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3">
            {lines.map((line) => (
              <Line key={line.label} line={line} />
            ))}
          </dl>
        )}
      </div>
    </div>
  );
}

/** One value, cut where it is long: pointing or focusing shows it whole, the button copies it. */
function Line({ line: { label, value, href } }: { line: ReferralLine }) {
  const copy = () => navigator.clipboard.writeText(value).then(() => toast(t.copied), toastError);
  const icon = <Icon name="copy" size={12} className="shrink-0" />;
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className="flex min-w-0 items-center gap-1 text-text">
        {href ? (
          <>
            <a
              href={href}
              target="_blank"
              rel="noopener noreferrer"
              className="flex min-h-6 min-w-0 items-center underline"
              {...tip(value)}
            >
              <span className="truncate">{value}</span>
            </a>
            <button
              type="button"
              className="btn-icon size-6 shrink-0 text-faint"
              aria-label={`${t.copy}: ${label}`}
              {...tip(t.copy)}
              onClick={() => void copy()}
            >
              {icon}
            </button>
          </>
        ) : (
          <button
            type="button"
            className="-mx-1 flex min-h-6 min-w-0 items-center gap-1.5 rounded-6 px-1 hover:bg-hover"
            aria-label={`${t.copy}: ${label} ${value}`}
            {...tip(value)}
            onClick={() => void copy()}
          >
            <span className="truncate">{value}</span>
            {icon}
          </button>
        )}
      </dd>
    </>
  );
}
