/** A dot on the tab's icon, and on the installed app's, while there is something new. */
export function markIcons(count: number) {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = count > 0 ? '/icon-dot.svg' : '/icon.svg';
  if (link && !link.href.endsWith(href)) link.href = href;
  if ('setAppBadge' in navigator) {
    // Only installed apps have one.
    (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => {});
  }
}
