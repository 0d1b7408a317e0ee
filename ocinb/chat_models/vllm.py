"""The chat model with every parameter of vLLM as a field."""

from __future__ import annotations

from typing import Any, ClassVar

from ocinb.chat_models.deployment import ChatOCIModelDeployment
from ocinb.chat_models.parameters import sampling_field
from ocinb.sampling import PARAMETERS

__all__ = ["ChatOCIModelDeploymentVLLM"]


class ChatOCIModelDeploymentVLLM(ChatOCIModelDeployment):
    """Chat model deployed with vLLM behind an OCI Data Science model deployment.

    Every sampling parameter is a field that reads as its default. Only `model`,
    `max_tokens` and `temperature` are sent unless you set others, so that the
    deployment's own generation settings stand. Setting a parameter to None un-sets it.

    Example:
        ```python
        chat = ChatOCIModelDeploymentVLLM(
            endpoint="https://modeldeployment.<region>.oci.customer-oci.com/<ocid>/predict",
            temperature=0.7,
            max_tokens=512,
        )
        for chunk in chat.stream("Name three colours."):
            print(chunk.text, end="")
        ```

    Ranges, defaults and help of each parameter: `ocinb.sampling.PARAMETERS`.

    Raises:
        EndpointError: the endpoint is missing or cannot be right.
        ParameterError: a field or its value is not valid.
        ConfigurationError: `auth` is neither a signer nor an ADS dict.
    """

    temperature: float | None = sampling_field("temperature")
    top_p: float | None = sampling_field("top_p")
    top_k: int | None = sampling_field("top_k")
    min_p: float | None = sampling_field("min_p")
    seed: int | None = sampling_field("seed")
    max_tokens: int | None = sampling_field("max_tokens")
    min_tokens: int | None = sampling_field("min_tokens")
    stop_token_ids: list[int] | None = sampling_field("stop_token_ids")
    ignore_eos: bool | None = sampling_field("ignore_eos")
    frequency_penalty: float | None = sampling_field("frequency_penalty")
    presence_penalty: float | None = sampling_field("presence_penalty")
    repetition_penalty: float | None = sampling_field("repetition_penalty")
    logit_bias: dict[str, float] | None = sampling_field("logit_bias")
    bad_words: list[str] | None = sampling_field("bad_words")
    allowed_token_ids: list[int] | None = sampling_field("allowed_token_ids")
    n: int | None = sampling_field("n")
    best_of: int | None = sampling_field("best_of")
    use_beam_search: bool | None = sampling_field("use_beam_search")
    length_penalty: float | None = sampling_field("length_penalty")
    early_stopping: bool | str | None = sampling_field("early_stopping")
    skip_special_tokens: bool | None = sampling_field("skip_special_tokens")
    spaces_between_special_tokens: bool | None = sampling_field(
        "spaces_between_special_tokens"
    )
    logprobs: bool | None = sampling_field("logprobs")
    top_logprobs: int | None = sampling_field("top_logprobs")
    prompt_logprobs: int | None = sampling_field("prompt_logprobs")
    response_format: dict[str, Any] | None = sampling_field("response_format")
    structured_outputs: dict[str, Any] | None = sampling_field("structured_outputs")
    reasoning_effort: str | None = sampling_field("reasoning_effort")
    include_reasoning: bool | None = sampling_field("include_reasoning")
    stream_options: dict[str, Any] | None = sampling_field("stream_options")
    return_token_ids: bool | None = sampling_field("return_token_ids")
    return_prompt_text: bool | None = sampling_field("return_prompt_text")
    tool_choice: str | bool | dict[str, Any] | None = sampling_field("tool_choice")
    parallel_tool_calls: bool | None = sampling_field("parallel_tool_calls")
    chat_template: str | None = sampling_field("chat_template")
    chat_template_kwargs: dict[str, Any] | None = sampling_field("chat_template_kwargs")
    add_generation_prompt: bool | None = sampling_field("add_generation_prompt")
    continue_final_message: bool | None = sampling_field("continue_final_message")
    truncate_prompt_tokens: int | None = sampling_field("truncate_prompt_tokens")
    priority: int | None = sampling_field("priority")

    parameter_names: ClassVar[tuple[str, ...]] = tuple(PARAMETERS)

    @property
    def _llm_type(self) -> str:
        return "oci_model_depolyment_chat_endpoint_vllm"  # sic: cache keys hold it
