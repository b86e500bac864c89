import type { CSSProperties } from 'react';

const hues = [55, 145, 275, 350, 95, 215, 25, 180, 300, 120, 245, 325];

/** Initials are drawn, not written: the name always stands beside them. */
export function Avatar({
  who,
  size = 36,
}: {
  who: { initials: string; color: number; picture_url: string };
  size?: number;
}) {
  const style = {
    width: size,
    height: size,
    fontSize: size * 0.355,
    lineHeight: 1,
    '--hue': hues[who.color % hues.length],
  } as CSSProperties;
  if (who.picture_url)
    return (
      <img
        src={who.picture_url}
        alt=""
        style={style}
        className="shrink-0 rounded-full object-cover"
      />
    );
  return (
    <span
      aria-hidden="true"
      style={style}
      data-initials={who.initials}
      className="avatar before:content-[attr(data-initials)] inline-flex shrink-0 items-center justify-center rounded-full font-semibold tracking-tight"
    />
  );
}
