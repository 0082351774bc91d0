//! Whether the GPU is to be used: not after a runner was lost while it used one. Graphics drivers bring their process down
//! instead of reporting a fault, so that only its end tells.

/// Said of every model loaded after that.
const NOTICE: &str = "The engine stopped while it used the GPU: the CPU is used until Web+ is started again.";

/// What is known of the GPU.
#[derive(Debug, Default)]
pub(super) struct Gpu {
    /// The running process was told to use it.
    in_use: bool,
    lost: bool,
}

impl Gpu {
    /// How many layers the next process is told to put there, at most.
    pub(super) fn layers(&mut self, wanted: u32) -> u32 {
        let layers = if self.lost { 0 } else { wanted };
        self.in_use = layers > 0;
        layers
    }

    /// The process that was running was lost. True if it may have been the GPU's fault: then the CPU is worth a try.
    pub(super) fn process_lost(&mut self) -> bool {
        let blamed = std::mem::take(&mut self.in_use);
        self.lost |= blamed;
        blamed
    }

    /// A model is loaded with so many layers on the GPU; none means that it isn't to blame for what follows.
    pub(super) fn loaded(&mut self, layers: u32) {
        self.in_use &= layers > 0;
    }

    /// What the person should know.
    pub(super) fn notice(&self) -> Option<String> {
        self.lost.then(|| NOTICE.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_that_cost_a_process_is_not_used_again_and_that_is_said() {
        let mut gpu = Gpu::default();
        assert_eq!((gpu.layers(31), gpu.notice()), (31, None));
        assert!(gpu.process_lost());
        assert_eq!(gpu.layers(31), 0);
        assert!(gpu.notice().is_some());
        assert!(!gpu.process_lost(), "the second process didn't use it");
    }

    #[test]
    fn a_gpu_that_took_no_layer_is_not_to_blame() {
        let mut gpu = Gpu::default();
        gpu.layers(31);
        gpu.loaded(0);
        assert!(!gpu.process_lost());
        assert_eq!(gpu.layers(31), 31);
        assert_eq!(Gpu::default().layers(0), 0);
    }
}
