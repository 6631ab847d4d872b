/** Routes requests of the native API, and of those of OpenAI and Anthropic. */
@NullMarked
package standin.ollama.api;

import org.jspecify.annotations.NullMarked;
