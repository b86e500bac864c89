import { useMe } from '../api/queries';
import type { Content } from '../api/types';
import { autolink } from '../format/autolink';
import { splitMentions } from '../format/mentions';

/** Text as it was written: line breaks kept, http(s) addresses clickable, nothing else. */
export function RichText({ text, mentions }: { text: string; mentions?: Content['mentions'] }) {
  return (
    <p dir="auto" className="rich [overflow-wrap:anywhere] whitespace-pre-wrap">
      {mentions?.length
        ? splitMentions({ text, mentions }).map((part, i) =>
            part.userId ? (
              <Mention key={i} name={part.text} userId={part.userId} />
            ) : (
              <Links key={i} text={part.text} />
            ),
          )
        : text && <Links text={text} />}
    </p>
  );
}

function Links({ text }: { text: string }) {
  return autolink(text).map((part, i) =>
    part.href ? (
      <a key={i} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
        {part.text}
      </a>
    ) : (
      part.text
    ),
  );
}

/** A colleague who is named; oneself stands out. */
function Mention({ name, userId }: { name: string; userId: string }) {
  const mine = useMe().user.id === userId;
  return (
    <span
      data-mention={mine ? 'me' : ''}
      className={`rounded-[5px] px-1 py-px font-medium ${mine ? 'bg-accent text-accent-ink' : 'bg-amber-line/60'}`}
    >
      {name}
    </span>
  );
}
