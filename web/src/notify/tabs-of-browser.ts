// Several tabs of the app hear of the same notification: one of them makes it known,
// and none shows it outside the page while any is in front.

const channel = 'BroadcastChannel' in window ? new BroadcastChannel('bandeja.tabs') : null;
const inFront = () => document.visibilityState === 'visible';

channel?.addEventListener('message', (e) => {
  if (e.data === 'who is in front?' && inFront()) channel.postMessage('me');
});

/** Whether this tab or another one is in front. */
export async function anyTabInFront(): Promise<boolean> {
  if (inFront()) return true;
  if (!channel) return false;
  return new Promise((resolve) => {
    const answer = (e: MessageEvent) => {
      if (e.data === 'me') done(true);
    };
    const done = (yes: boolean) => {
      channel.removeEventListener('message', answer);
      clearTimeout(timer);
      resolve(yes);
    };
    const timer = window.setTimeout(() => done(false), 200);
    channel.addEventListener('message', answer);
    channel.postMessage('who is in front?');
  });
}

let speaker = !navigator.locks;

/** Makes one of the browser's tabs the speaker; when it closes, another one follows. */
export function electSpeaker() {
  void navigator.locks?.request('bandeja.speaker', () => {
    speaker = true;
    return new Promise(() => {});
  });
}

/** Whether this is the tab that makes notifications known. */
export const isSpeaker = () => speaker;
