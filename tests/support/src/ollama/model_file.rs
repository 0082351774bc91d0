//! Makes a small, sound GGUF file with the values of the recorded model.

const TEMPLATE: &str = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/// A model's file with at least so many bytes of weights, all of them `fill`: another `fill` is another model.
pub fn model_file(fill: u8, weights: usize) -> Vec<u8> {
    let columns = 576_u64;
    // A block of Q8_0 holds 32 elements in 34 bytes.
    let rows = (weights as u64).div_ceil(columns / 32 * 34).max(1);
    let tensors = [
        ("output_norm.weight", vec![columns], 0_u32, columns * 4),
        ("token_embd.weight", vec![columns, rows], 8, rows * (columns / 32 * 34)),
    ];
    let values = values();
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend((tensors.len() as u64).to_le_bytes());
    bytes.extend((values.len() as u64).to_le_bytes());
    bytes.extend(values.iter().flatten());
    let mut data = 0_u64;
    for (name, shape, kind, size) in &tensors {
        bytes.extend(text(name));
        bytes.extend((shape.len() as u32).to_le_bytes());
        bytes.extend(shape.iter().flat_map(|size| size.to_le_bytes()));
        bytes.extend(kind.to_le_bytes());
        bytes.extend(data.to_le_bytes());
        data = (data + size).next_multiple_of(32);
    }
    let begin = bytes.len().next_multiple_of(32);
    bytes.resize(begin, 0);
    bytes.resize(begin + data as usize, fill);
    bytes
}

fn values() -> Vec<Vec<u8>> {
    let texts = [
        ("general.architecture", "llama"),
        ("general.type", "model"),
        ("general.name", "Smollm2 135M 8k Lc100K Mix1 Ep2"),
        ("general.organization", "HuggingFaceTB"),
        ("general.finetune", "8k-lc100k-mix1-ep2"),
        ("general.basename", "smollm2"),
        ("general.size_label", "135M"),
        ("general.license", "apache-2.0"),
        ("tokenizer.ggml.model", "gpt2"),
        ("tokenizer.ggml.pre", "smollm"),
        ("tokenizer.chat_template", TEMPLATE),
    ];
    let numbers = [
        ("general.file_type", 3),
        ("general.quantization_version", 2),
        ("llama.attention.head_count", 9),
        ("llama.attention.head_count_kv", 3),
        ("llama.block_count", 30),
        ("llama.context_length", 8192),
        ("llama.embedding_length", 576),
        ("llama.feed_forward_length", 1536),
        ("llama.rope.dimension_count", 64),
        ("llama.vocab_size", 49152),
        ("tokenizer.ggml.bos_token_id", 1),
        ("tokenizer.ggml.eos_token_id", 2),
        ("tokenizer.ggml.padding_token_id", 2),
        ("tokenizer.ggml.unknown_token_id", 0),
    ];
    let decimals =
        [("llama.attention.layer_norm_rms_epsilon", 1e-5_f32), ("llama.rope.freq_base", 100_000.0)];
    let switches = ["tokenizer.ggml.add_bos_token", "tokenizer.ggml.add_space_prefix"];
    let lists = ["general.languages", "tokenizer.ggml.merges", "tokenizer.ggml.tokens"];
    let mut values = Vec::new();
    values.extend(texts.map(|(key, value)| entry(key, 8, &text(value))));
    values.extend(numbers.map(|(key, value): (_, u32)| entry(key, 4, &value.to_le_bytes())));
    values.extend(decimals.map(|(key, value)| entry(key, 6, &value.to_le_bytes())));
    values.extend(switches.map(|key| entry(key, 7, &[0])));
    values.extend(lists.map(|key| entry(key, 9, &list(8, &[text("en"), text("t a")]))));
    values.push(entry(
        "tokenizer.ggml.token_type",
        9,
        &list(5, &[1_i32, 1].map(|kind| kind.to_le_bytes().to_vec())),
    ));
    values
}

fn entry(key: &str, kind: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes = text(key);
    bytes.extend(kind.to_le_bytes());
    bytes.extend(value);
    bytes
}

fn list(kind: u32, values: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend((values.len() as u64).to_le_bytes());
    bytes.extend(values.iter().flatten());
    bytes
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}
