import type { ComponentType } from 'react';

/** What a view is. What the user did to it lives in the store, under its id. */
export interface View {
  id: string;
  title: string;
  icon: ComponentType<{ size?: number }>;
  /** Place in the navigation; also the digit of its shortcut. */
  order: number;
  component: ComponentType;
}
