import { useEffect, useState } from 'react';

/** The value once it has stood still for so many milliseconds: for what asks on every change of a text or a slider. */
export function useQuiet<T>(value: T, milliseconds = 150): T {
  const [quiet, setQuiet] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return quiet;
}
