import { useState } from 'react';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { type SnoozePreset, snoozeTimes } from './snooze-times';
import { TimePanel } from './time-panel';

const presets: SnoozePreset[] = ['hour', 'later', 'tomorrow', 'monday', 'week'];

export default function SnoozePanel({ onPick }: { onPick: (until: Date) => void }) {
  const x = extraTexts.text;
  const [times] = useState(() => snoozeTimes(new Date()));
  return (
    <TimePanel
      title={x.snoozeUntil}
      presets={presets.map((p) => ({ label: x.snoozePresets[p], at: times[p] }))}
      suggested={times.tomorrow}
      ownLabel={x.snoozeOwn}
      pastWords={x.snoozePast}
      verb={t.snooze}
      onPick={onPick}
    />
  );
}
