import type { Channel } from '../api/types';
import { Icon } from '../ui/icon';
import { CopyField } from './copy-field';
import { settingsTexts } from './texts';

/** The line of code that puts the chat on a site, and a page to try it on. */
export function WebchatEmbed({ channel }: { channel: Channel }) {
  const s = settingsTexts.text;
  const { origin, key } = embedOf(channel.webhook_url, location.origin);
  return (
    <>
      <CopyField
        label={s.snippet}
        value={`<script async src="${origin}/widget.js" data-channel="${key}"></script>`}
        help={s.snippetHelp}
        long
      />
      <p>
        <a href={`${origin}/widget/${key}/try`} target="_blank" rel="noopener" className="btn">
          {s.tryChat}
          <Icon name="external" size={16} />
        </a>
      </p>
    </>
  );
}

/** A chat's key is the last part of its webhook address. */
export function embedOf(webhook: string, here: string) {
  const url = new URL(webhook || '/', here);
  return { origin: url.origin, key: url.pathname.split('/').filter(Boolean).at(-1) ?? '' };
}
