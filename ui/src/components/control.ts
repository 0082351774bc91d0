/**
 * What draws a text control. By itself it is the plain element; inside a Field it is one that knows its label, description and error.
 * Apart, because the page's first view has text controls and no field.
 */
import { createContext, createElement, use, type ComponentProps, type ReactElement } from 'react';

export interface Controls {
  input: (props: ComponentProps<'input'>) => ReactElement;
  textarea: (props: ComponentProps<'textarea'>) => ReactElement;
}

export const ControlsContext = createContext<Controls>({
  input: (props) => createElement('input', props),
  textarea: (props) => createElement('textarea', props),
});

export const useControls = (): Controls => use(ControlsContext);
