import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { get } from '../api/http';
import { useMe } from '../api/queries';
import type { Contact, PastConversation } from '../api/types';
import { dateOf, fullTime } from '../format/time';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { eventTexts } from '../timeline/event-texts';
import { goTo } from '../timeline/go-to';
import { toastError } from '../ui/toast';
import { tip } from '../ui/tooltip';

/** The contact's conversations that are over, with what came of them. */
export function History({ contact, onGo }: { contact: Contact; onGo: () => void }) {
  const x = extraTexts.text;
  const navigate = useNavigate();
  const { id } = contact;
  const query = useInfiniteQuery({
    queryKey: ['conversations', id],
    queryFn: ({ pageParam, signal }) =>
      get('/contacts/{id}/conversations', {
        params: { id },
        query: { cursor: pageParam, limit: pageParam ? 30 : 5 },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
  });
  const past = query.data?.pages.flatMap((p) => p.items).filter((c) => c.closed_at) ?? [];
  if (query.isError && past.length === 0)
    return (
      <section className="mt-5">
        <h3 className="eyebrow mb-1">{x.pastConversations}</h3>
        <p role="alert" className="text-13 text-red">
          {x.pastFailed}{' '}
          <button
            type="button"
            className="font-medium underline"
            onClick={() => void query.refetch()}
          >
            {t.tryAgain}
          </button>
        </p>
      </section>
    );
  if (past.length === 0) return null;
  const open = (c: PastConversation) =>
    goTo(navigate, id, c.opened_at).then(onGo).catch(toastError);
  return (
    <section className="mt-5">
      <h3 className="eyebrow mb-1">{x.pastConversations}</h3>
      <ul>
        {past.map((c) => (
          <li key={c.id}>
            <Conversation conversation={c} onOpen={() => void open(c)} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <button
          type="button"
          className="mt-1 text-13 font-medium text-accent hover:underline"
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {x.olderConversations}
        </button>
      )}
    </section>
  );
}

function Conversation({
  conversation: c,
  onOpen,
}: {
  conversation: PastConversation;
  onOpen: () => void;
}) {
  const x = extraTexts.text;
  const me = useMe();
  const by = c.closed_by;
  const who =
    by?.user_id === me.user.id ? t.you : by?.name || (by && eventTexts.text.auto[by.source]);
  const from = dateOf(c.opened_at);
  const until = dateOf(c.closed_at!);
  return (
    <button
      type="button"
      className="-mx-2 block w-[calc(100%+16px)] rounded-6 px-2 py-1.5 text-left text-13 hover:bg-hover"
      aria-label={`${x.goToConversation}: ${fullTime(c.opened_at)}`}
      onClick={onOpen}
    >
      <span className="flex justify-between gap-2 text-12 text-muted">
        <span {...tip(`${fullTime(c.opened_at)} – ${fullTime(c.closed_at!)}`)}>
          {from === until ? from : `${from} – ${until}`}
        </span>
        <span className="truncate">{who}</span>
      </span>
      {c.category && <span className="block font-medium">{c.category}</span>}
      {c.summary && (
        <span className="line-clamp-3 [overflow-wrap:anywhere] whitespace-pre-line">
          {c.summary}
        </span>
      )}
      {!c.category && !c.summary && <span className="block text-faint">{x.withoutNote}</span>}
    </button>
  );
}
