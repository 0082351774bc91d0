import { useEffect, useState } from 'react';

/** Copies a text, and says for two seconds that it did. */
export function useCopy(): [copied: boolean, copy: (text: string) => void] {
  const [copied, setCopied] = useState(0);
  useEffect(() => {
    if (copied === 0) return;
    const timer = setTimeout(() => setCopied(0), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  return [
    copied > 0,
    (text) => {
      navigator.clipboard.writeText(text).then(
        () => setCopied((times) => times + 1),
        () => undefined,
      );
    },
  ];
}
