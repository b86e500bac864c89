import { meQuery, queryClient } from '../api/queries';
import type { Me, Theme } from '../api/types';
import { setZone } from '../format/time';
import { language, loadLanguage } from '../i18n';
import { disconnect } from '../realtime/connection';

/** Takes over what the signed-in user prefers. */
export async function adoptMe(me: Me) {
  queryClient.setQueryData(meQuery.queryKey, me);
  setZone(me.workspace.timezone || me.user.timezone, me.user.timezone);
  applyTheme(me.user.theme);
  if (me.user.language !== language.get()) await loadLanguage(me.user.language);
}

/** Forgets everything of the person who was signed in. */
export function forgetSession() {
  disconnect();
  queryClient.clear();
}

export function applyTheme(theme: Theme) {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === 'system') localStorage.removeItem('bandeja.theme');
    else localStorage.setItem('bandeja.theme', theme);
  } catch {
    // The choice is in the profile; only the first paint may flash.
  }
}
