import { Suspense, useRef } from 'react';
import type { Capabilities } from '../api/types';
import { lazyWithTexts } from '../i18n/lazy-with';
import { consoleTexts } from '../timeline/console-texts';
import { Icon } from '../ui/icon';
import { PopoverButton } from '../ui/popover';
import { PanelSkeleton } from '../ui/states';
import { tip } from '../ui/tooltip';

const EmojiPicker = lazyWithTexts(() => import('./emoji-picker'));

export function ComposerTools({
  comment,
  capabilities: can,
  takesVoice: voice,
  onFiles,
  onEmoji,
  onVoice,
  onTemplate,
  onSign,
  onMention,
}: {
  comment: boolean;
  capabilities: Capabilities | undefined;
  takesVoice: boolean;
  onFiles: (files: FileList) => void;
  onEmoji: (emoji: string) => void;
  onVoice: () => void;
  onTemplate: () => void;
  /** Writes what opens a list: $ for variables, / for snippets. */
  onSign: (sign: '$' | '/') => void;
  onMention: () => void;
}) {
  const file = useRef<HTMLInputElement>(null);
  const out = can?.out ?? {};
  const takesFiles = !comment && (['image', 'video', 'audio', 'file'] as const).some((k) => out[k]);
  const takesVoice =
    voice && !comment && Boolean(out.voice ?? out.audio) && 'MediaRecorder' in window;
  return (
    <>
      {takesFiles && (
        <>
          <input
            ref={file}
            type="file"
            multiple
            hidden
            onChange={(e) => {
              if (e.target.files) onFiles(e.target.files);
              e.target.value = '';
            }}
          />
          <button
            type="button"
            className="btn-icon"
            aria-label={consoleTexts.text.attach}
            {...tip(consoleTexts.text.attach)}
            onClick={() => file.current?.click()}
          >
            <Icon name="attach" />
          </button>
        </>
      )}
      <PopoverButton
        label={consoleTexts.text.emoji}
        className="btn-icon"
        align="start"
        side="top"
        attributes={tip(consoleTexts.text.emoji)}
        content={(close) => (
          <Suspense fallback={<PanelSkeleton className="w-80" />}>
            <EmojiPicker
              onPick={(emoji) => {
                close();
                onEmoji(emoji);
              }}
            />
          </Suspense>
        )}
      >
        <Icon name="emoji" />
      </PopoverButton>
      <button
        type="button"
        className="btn-icon"
        aria-label={consoleTexts.text.insertSnippet}
        {...tip(consoleTexts.text.insertSnippet, '/')}
        onClick={() => onSign('/')}
      >
        <Icon name="bolt" />
      </button>
      <button
        type="button"
        className="btn-icon"
        aria-label={consoleTexts.text.insertVariable}
        {...tip(consoleTexts.text.insertVariable, '$')}
        onClick={() => onSign('$')}
      >
        <Icon name="braces" />
      </button>
      {comment && (
        <button
          type="button"
          className="btn-icon"
          aria-label={consoleTexts.text.mention}
          {...tip(consoleTexts.text.mention, '@')}
          onClick={onMention}
        >
          <Icon name="at" />
        </button>
      )}
      {!comment && can?.templates && (
        <button
          type="button"
          className="btn-icon"
          aria-label={consoleTexts.text.template}
          {...tip(consoleTexts.text.template)}
          onClick={onTemplate}
        >
          <Icon name="template" />
        </button>
      )}
      {takesVoice && (
        <button
          type="button"
          className="btn-icon"
          aria-label={consoleTexts.text.recordVoice}
          {...tip(consoleTexts.text.recordVoice)}
          onClick={onVoice}
        >
          <Icon name="mic" />
        </button>
      )}
    </>
  );
}
