@NullMarked
package dev.aiserver.value;

import org.jspecify.annotations.NullMarked;
