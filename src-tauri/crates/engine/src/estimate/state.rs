//! The states of layers that don't look back at tokens: as large for one token as for a million.

use crate::gguf::GgufHeader;

/// Bytes of a state's number.
const NUMBER: u64 = 4;

/// Bytes of one layer's state for one conversation; `None` where the file doesn't tell.
pub(super) fn bytes(header: &GgufHeader) -> Option<u64> {
    let layout = &header.layout;
    if let Some(kernel) = layout.short_kernel.filter(|kernel| *kernel > 0) {
        let width = u64::from(header.embedding_length?);
        return width.checked_mul(u64::from(kernel - 1))?.checked_mul(NUMBER);
    }
    let (kernel, width) = (u64::from(layout.state_kernel?), u64::from(layout.state_width?));
    let (size, groups) = (u64::from(layout.state_size?), u64::from(layout.state_groups.unwrap_or(0)));
    let spanned = groups.checked_mul(size)?.checked_mul(2)?.checked_add(width)?;
    let convolution = kernel.saturating_sub(1).checked_mul(spanned)?;
    size.checked_mul(width)?.checked_add(convolution)?.checked_mul(NUMBER)
}
