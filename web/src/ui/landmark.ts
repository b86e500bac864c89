/** The landmark that holds an element; floating parts belong to it and stay inside it. */
export const landmarkOf = (el: HTMLElement | null) =>
  el?.closest<HTMLElement>('main, nav, aside, section[aria-label]') ?? undefined;
