import { Link } from '@tanstack/react-router';

import { useCall } from '@/api/query';
import { buttonClass } from '@/components/button';
import { ErrorState } from '@/components/error-state';

import { Row } from './parts';

export function About() {
  const status = useCall('system/status', {});
  return (
    <>
      <Row title="Web+" note="Everything is kept on this computer; keys are in its keychain.">
        <span className="tabular text-dense text-muted-foreground select-text">
          {status.data ? `Version ${status.data.version}` : ''}
        </span>
      </Row>
      {status.data?.databaseNotice !== undefined && (
        <ErrorState title={status.data.readOnly ? 'Nothing can be saved' : 'About the database'}>
          {status.data.databaseNotice}
        </ErrorState>
      )}
      <Row title="Something doesn’t work?" note="The doctor checks what must work, and says what to do about the rest.">
        <Link to="/settings/$section" params={{ section: 'doctor' }} className={buttonClass('secondary', 'small')}>
          Open the doctor
        </Link>
      </Row>
    </>
  );
}
