/** The screen before the first chat, put together from the features that its doors lead to. */
import { FirstStart } from '@/features/first-start';
import { AddFileButton, DropZone, Incoming, Starters } from '@/features/models';
import { ConnectForm } from '@/features/providers';

export default function FirstStartPlace() {
  return (
    <DropZone>
      <FirstStart
        incoming={<Incoming filesOnly />}
        starters={<Starters first={2} />}
        addFile={<AddFileButton>Choose a file</AddFileButton>}
        connect={<ConnectForm cloudOnly onConnected={() => undefined} />}
      />
    </DropZone>
  );
}
