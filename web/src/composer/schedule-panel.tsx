import { useState } from 'react';
import { momentOf } from '../format/time';
import { snoozeTimes } from '../timeline/snooze-times';
import { TimePanel } from '../timeline/time-panel';
import { momentAt, wallTime } from '../timeline/wall-clock';
import { composerTexts } from './texts';

const afternoon = '15:00';

/** When the message goes. `closesAt` is when the messaging window will be closed. */
export default function SchedulePanel({
  closesAt,
  onPick,
}: {
  closesAt: string | null;
  onPick: (at: Date) => void;
}) {
  const x = composerTexts.text;
  const [now] = useState(() => new Date());
  const times = snoozeTimes(now);
  const later = momentAt(`${wallTime(now).slice(0, 10)}T${afternoon}`);
  const presets = [
    { label: x.presets.hour, at: times.hour },
    // Half an hour before, it is no longer something to choose.
    ...(later.getTime() - now.getTime() > 1_800_000
      ? [{ label: x.presets.afternoon, at: later }]
      : []),
    { label: x.presets.tomorrow, at: times.tomorrow },
    { label: x.presets.monday, at: times.monday },
  ];
  return (
    <TimePanel
      title={x.sendLater}
      presets={presets}
      suggested={times.tomorrow}
      ownLabel={x.ownTime}
      pastWords={x.pastTime}
      verb={x.schedule}
      note={(at) =>
        closesAt && at.getTime() > Date.parse(closesAt) ? x.windowThen(momentOf(closesAt)) : ''
      }
      onPick={onPick}
    />
  );
}
