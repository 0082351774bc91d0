/** What the window's bench owes. */
export const names = ['cold_start.window', 'cold_start.window.first_paint', 'memory.window.idle', 'memory.window.model_loaded'];
