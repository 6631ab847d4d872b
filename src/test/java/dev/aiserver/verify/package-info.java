@NullMarked
package dev.aiserver.verify;

import org.jspecify.annotations.NullMarked;
