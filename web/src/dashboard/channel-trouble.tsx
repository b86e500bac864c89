import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { channelsQuery, useMay } from '../api/queries';
import { ChannelGlyph } from '../ui/channel-glyph';
import { Icon } from '../ui/icon';
import { dashboardTexts } from './texts';

/** Says where a channel doesn't work; else it is nothing. */
export function ChannelTrouble() {
  const d = dashboardTexts.text;
  const { data: channels } = useQuery(channelsQuery);
  const mayManage = useMay('channels.manage');
  if (!channels) return null;
  const broken = channels.filter((c) => c.status === 'error');
  if (broken.length === 0) return null;
  return (
    <section
      aria-label={d.channelTrouble(broken.length)}
      className="mt-4 rounded-10 border border-amber-line bg-amber px-4 py-3 text-amber-ink"
    >
      <p className="flex items-center gap-2 font-semibold">
        <Icon name="warning" size={16} />
        {d.channelTrouble(broken.length)}
      </p>
      <p className="text-13">
        {d.channelTroubleHelp} {!mayManage && d.channelTroubleTell}
      </p>
      <ul className="mt-2 grid gap-1 text-13">
        {broken.map((c) => (
          <li key={c.id} className="flex min-w-0 items-center gap-2">
            <ChannelGlyph type={c.type} />
            {mayManage ? (
              <Link
                to="/settings/channels/$id"
                params={{ id: c.id }}
                className="shrink-0 rounded-6 font-medium underline underline-offset-2"
                aria-label={d.lookAt(c.name)}
              >
                {c.name}
              </Link>
            ) : (
              <span className="shrink-0 font-medium">{c.name}</span>
            )}
            {c.health.last_error && (
              <span className="min-w-0 truncate">{c.health.last_error.text}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
