/** What menus, selects and popovers share, so that everything that floats looks alike. */
export const popupClass = 'floats rounded-control p-1 outline-none';

export const itemClass =
  'flex h-8 w-full select-none items-center gap-2 rounded-[5px] px-2 text-dense text-foreground outline-none ' +
  'data-highlighted:bg-hover data-disabled:opacity-50';
