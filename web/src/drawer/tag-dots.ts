import type { Tag } from '../api/types';

/** The colours of tags: middle tones that stand out on light and dark ground. */
export const tagDots: Record<Tag['color'], string> = {
  grey: '#8b857a',
  red: '#d0473f',
  orange: '#d9772b',
  yellow: '#c49a16',
  green: '#3a9a5f',
  blue: '#3f7ae0',
  indigo: '#6a5fd8',
  purple: '#a35bc4',
};
