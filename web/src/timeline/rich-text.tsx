import { autolink } from '../format/autolink';

/** Text as it was written: line breaks kept, http(s) addresses clickable, nothing else. */
export function RichText({ text }: { text: string }) {
  return (
    <p dir="auto" className="rich [overflow-wrap:anywhere] whitespace-pre-wrap">
      {autolink(text).map((part, i) =>
        part.href ? (
          <a key={i} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </p>
  );
}
