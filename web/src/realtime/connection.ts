import type { Centrifuge } from 'centrifuge';
import { useSyncExternalStore } from 'react';
import { get } from '../api/http';
import type { Push, SequencedPush } from '../api/types';
import { part } from '../parts';
import {
  applyEphemeral,
  applySequenced,
  isSequenced,
  refetchEverything,
  refetchFailed,
} from './apply';
import { type Missed, Sequencer } from './sequence';
import { Store } from './store';

export type ConnectionState = 'connecting' | 'connected' | 'lost' | 'offline';

const state = new Store<ConnectionState>('connecting');
export const useConnection = () => useSyncExternalStore(state.subscribe, state.get);
/** Called each time the connection comes back: the outbox sends what waited. */
export const onConnected = new Set<() => void>();

let client: Centrifuge | null = null;
let wanted = false;

/** Connects, and keeps connected until disconnect(). `seq` is where GET /me stood. */
export async function connect(seq: string) {
  if (wanted) return;
  wanted = true;
  const sequencer = new Sequencer<SequencedPush>(
    seq,
    (after) => get('/events', { query: { after, limit: 500 } }) as Promise<Missed<SequencedPush>>,
    applySequenced,
    refetchEverything,
  );
  // The library comes after the first paint: the list needs it only for news.
  const { Centrifuge } = await part(() => import('centrifuge'));
  if (!wanted) return;
  const http = `${location.origin}/realtime`;
  client = new Centrifuge(
    [
      { transport: 'websocket', endpoint: `${http.replace(/^http/, 'ws')}` },
      { transport: 'http_stream', endpoint: `${http}/http_stream` },
      { transport: 'sse', endpoint: `${http}/sse` },
    ],
    { emulationEndpoint: `${http}/emulation`, minReconnectDelay: 300, maxReconnectDelay: 8000 },
  );
  client.on('connected', () => {
    state.set('connected');
    void sequencer.catchUp();
    refetchFailed();
    for (const listener of onConnected) listener();
  });
  client.on('connecting', () => state.set(navigator.onLine ? 'lost' : 'offline'));
  client.on('disconnected', ({ code }) => {
    state.set('lost');
    // Not by us: the server's word, after which the library doesn't come back.
    if (code !== 0) void checkSession().then(() => setTimeout(reconnectNow, 1000));
  });
  client.on('error', () => {
    // A session that ended while nobody was connected can't connect any more.
    if (Date.now() - checkedAt > 10_000) void checkSession();
  });
  client.on('publication', ({ data }) => {
    for (const push of Array.isArray(data) ? (data as Push[]) : [data as Push]) {
      if (isSequenced(push)) sequencer.receive(push);
      else applyEphemeral(push);
    }
  });
  client.connect();
  // A laptop that slept has a dead socket it doesn't know of: ask at once.
  const wake = () => {
    if (document.visibilityState !== 'visible') return;
    if (client?.state === 'connected') void sequencer.catchUp();
    else reconnectNow();
  };
  const goOffline = () => state.set('offline');
  window.addEventListener('online', reconnectNow);
  window.addEventListener('offline', goOffline);
  document.addEventListener('visibilitychange', wake);
  stop = () => {
    window.removeEventListener('online', reconnectNow);
    window.removeEventListener('offline', goOffline);
    document.removeEventListener('visibilitychange', wake);
  };
}

let stop = () => {};

let checkedAt = 0;

/** Asks the API what the connection can't tell: whoever's session has ended is led to the login screen. */
async function checkSession() {
  checkedAt = Date.now();
  await get('/me').catch(() => {});
}

function reconnectNow() {
  if (!client || client.state === 'connected') {
    if (client?.state === 'connected') state.set('connected');
    return;
  }
  // Skips what is left of the growing delay.
  client.disconnect();
  client.connect();
}

export function disconnect() {
  wanted = false;
  stop();
  client?.disconnect();
  client = null;
  state.set('connecting');
}
