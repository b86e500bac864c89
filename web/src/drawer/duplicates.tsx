import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { get } from '../api/http';
import type { Contact } from '../api/types';
import { formatPhone } from '../format/phone';
import { extraTexts } from '../i18n/lazy-with';
import { Avatar } from '../ui/avatar';
import { Icon } from '../ui/icon';

/** Who may be the same person: somebody with the same phone or e-mail. */
export function Duplicates({ contact }: { contact: Contact }) {
  const x = extraTexts.text;
  const { id, phone, email } = contact;
  const { inbox = 'all' } = useParams({ strict: false });
  const { data } = useQuery({
    queryKey: ['duplicates', id, phone, email],
    queryFn: () => get('/contacts/{id}/duplicates', { params: { id } }),
    enabled: phone !== '' || email !== '',
    staleTime: 60_000,
  });
  const items = data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section
      aria-label={x.duplicates(items.length)}
      className="mt-4 rounded-[10px] border border-amber-line bg-amber p-2.5 text-13 text-amber-ink"
    >
      <h3 className="flex items-center gap-1.5 font-medium">
        <Icon name="copy" size={16} />
        {x.duplicates(items.length)}
      </h3>
      <ul className="mt-1.5 grid gap-0.5">
        {items.map(({ contact: other, same }) => (
          <li key={other.id}>
            <Link
              to="/inbox/$inbox/$contactId"
              params={{ inbox, contactId: other.id }}
              className="-mx-1 flex items-center gap-2 rounded-6 px-1 py-1 hover:bg-hover"
            >
              <Avatar who={other} size={24} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{formatPhone(other.name)}</span>
                <span className="block truncate text-12">
                  {same.length > 1 ? x.same.both : x.same[same[0] as 'phone' | 'email']}
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
